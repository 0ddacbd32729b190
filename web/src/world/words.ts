/** What the preview says beside its own label; a `Text` as the server's, so that the page's language picks the side. */
export const words = {
  loading: { th: 'กำลังวาดอวตาร…', en: 'Drawing the avatar…' },
  no_webgl: {
    th: 'เบราว์เซอร์นี้แสดงภาพสามมิติไม่ได้ อวตารยังใช้งานได้ตามปกติ',
    en: 'This browser can’t show 3D. The avatar works all the same.',
  },
  failed: { th: 'โหลดอวตารไม่สำเร็จ', en: 'The avatar could not be loaded.' },
  again: { th: 'ลองอีกครั้ง', en: 'Try again' },
  keys: { th: 'กดลูกศรซ้ายหรือขวาเพื่อหมุน กด Home เพื่อหันหน้ากลับมา', en: 'Left and right arrow keys turn it, Home turns it to face you.' },
} as const;
